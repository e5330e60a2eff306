"""``torch.distributions``: draws with gradients, log-probabilities, entropies and divergences.

Kingma and Welling, "Auto-encoding variational Bayes" (2014), for draws as functions of parameters; Figurnov, Mohamed
and Mnih, "Implicit reparameterization gradients" (2018), for those of gamma, beta and Dirichlet.
"""
