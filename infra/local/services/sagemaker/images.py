"""The images that jobs can run in here: AWS's prebuilt scikit-learn, of which this machine's Python stands for Python.

What else is in the image is not here, but for boto3: a job brings what it imports.
"""

from __future__ import annotations

from serin.domain.errors import Invalid
from serin.domain.training_machines import IMAGE, IMAGE_ACCOUNTS


def image_of(region: str) -> str:
    """Where the image lies in a region; raises Invalid where it lies nowhere that is known."""
    account = IMAGE_ACCOUNTS.get(region)
    if account is None:
        raise Invalid(f"No registry of {IMAGE} is known in {region}.", f"Use one of {', '.join(IMAGE_ACCOUNTS)}.")
    return f"{account}.dkr.ecr.{region}.amazonaws.com/{IMAGE}"


def check_image(name: str, region: str) -> None:
    """Raise Invalid unless jobs can run in the image."""
    if name != image_of(region):
        raise Invalid(f"The local cloud runs no image {name}.", f"Use {image_of(region)}.", "TrainingImage")
