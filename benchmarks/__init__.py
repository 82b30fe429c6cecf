"""Measurements that anyone can run; dated tables lie beside the scripts."""
