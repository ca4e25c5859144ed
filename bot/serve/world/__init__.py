"""The bundled demo world: invented outlets, articles written for armswatch, and the code that dresses them as a press."""
