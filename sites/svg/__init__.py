"""SVG: charts and plots inside of pages, and badges in files of their own."""
