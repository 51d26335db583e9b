"""The CDK app of Serin: every stage is made of these stacks, on AWS and on the local cloud alike."""
