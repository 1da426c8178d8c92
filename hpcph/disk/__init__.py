"""What keeps files whole: locks, room, checkpoints, drafts."""
