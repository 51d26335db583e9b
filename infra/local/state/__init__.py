"""State across restarts: all that a local cloud holds, frozen into a folder and thawed at the next start.

with State(folder) as state:                    # locked: one cloud a folder
    ...                                         # the parts take state.assets, its ports and its traffic
    state.thaw(wiring)
    if not state.holds(assembly):
        deploy(assembly, wiring.assets)
    state.keep(wiring, assembly)                # written when the cloud is at rest, and by state.end()
"""
