boot v1
command_line console=ttyAMA0
cpus possible 1
memory 40000000 800000 node 0 flags 0
reserved 40000000 100000
reserved 40400000 400000
cma 40400000 400000
snapshot released
end
snapshot running
end
