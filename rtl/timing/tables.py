# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""What is stated and not computed: the libraries `make timing` knows, the figures assumed, the targets."""
import collections

# files    below the data folder, the first gives the head; macros: Liberty files of memories
# period   ns, the target; unused: cells that are not mapped to (hold and delay cells, cells of other supplies)
# wire     the wire load table taken of the library, or the fF a sink adds where it has none that is of use
# access, setup, pin   of a memory without a macro: ns from clock to data, ns before the clock, fF of an input pin
Library = collections.namedtuple("Library", "files macros period unused wire access setup pin")
LIBRARIES = {
    "asap7": Library(tuple(f"asap7/asap7sc7p5t_{x}.lib.gz" for x in (
        "SIMPLE_RVT_TT_nldm_211120", "AO_RVT_TT_nldm_211120", "OA_RVT_TT_nldm_211120", "INVBUF_RVT_TT_nldm_220122",
        "SEQ_RVT_TT_nldm_220123")), "", 0.8, ("HB?xp67*",), 0.8, 0.40, 0.05, 2.0),
    "ihp": Library(("ihp-sg13g2/sg13g2_stdcell_typ_1p20V_25C.lib.gz",), "ihp-sg13g2/RM_IHPSG13_1P_*.lib",
                   5.0, ("*dlygate*", "*sighold*"), "5k", 3.9, 0.3, 7.2),
    "sky130": Library(("sky130hd_tt.lib.gz",), "", 5.0, ("*dly*", "*lpflow*", "*probe*"), "Small", 2.5, 0.3, 5.0),
}
# Of LIBERTY=: a period is asked for; the rest are shares of it, and a sink adds what a NAND input has.
OTHER = Library((), "", None, ("*dly*",), None, 0.4, 0.06, 2.0)

LEVELS = 25            # cells from register to register
ARRAY_GE_MAC = 400     # gate equivalents of the array, a product of 4 x 4 bits
WHOLE_GE_MAC = 1500    # of all logic
ARRAY_SHARE = 0.40     # of the array in all logic

# What may be worse than rtl/timing/figures.json before CHECK=1 fails.
AREA_MORE, PERIOD_MORE, LEVELS_MORE = 0.03, 0.05, 2
