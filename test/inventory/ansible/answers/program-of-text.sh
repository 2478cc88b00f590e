#!/bin/sh
echo c1
echo c2
