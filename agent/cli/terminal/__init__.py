"""What commands share: how they are found, how they read options and secrets, how they show what they did."""
