"""Files of data: values of variables from them and into them, and how a file is written whole or not at all."""
