"""Model cards, licences and code owners near artifacts."""
