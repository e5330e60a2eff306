"""Operations on each element: arithmetic, powers, trigonometry, special functions, choices."""
