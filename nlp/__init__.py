"""TAG and LINK: Story → Findings → Exchange. Transformer models live here."""
