"""What a run costs: model, plan, scaling study."""
