"""The local cloud: the synthesised templates, deployed into moto in this process."""
