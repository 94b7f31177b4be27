# How the band is brought to its leader's beat: by bending its tempo a little, or, from too far away, by going there on a bar line.

from cython_core.authority cimport Lead
from cython_core.chart cimport ChartState

cdef struct Steering:
    double usual_bpm                 # the leader's tempo, averaged over a few beats; 0: not known
    double free_beats                # for so long yet the tempo may bend far
    double trim                      # fraction of the leader's tempo by which his beat really moves faster
    double strayed_beats             # for how long the band has been too far from the leader's beat to bend there
    double doubt_beats               # how much speaks for another bar line than the band's
    int limit                        # -1: held at the slowest tempo allowed, 1: at the fastest; 0: free

cdef void steering_reset(Steering *s, bint is_agreed) noexcept nogil
cdef void steering_hear_one(Steering *s) noexcept nogil
cdef void steering_hear_octave(Steering *s, double faster) noexcept nogil
cdef double steered_bpm(Steering *s, const Lead *lead, double line, double slowest_bpm, double fastest_bpm, double tick_s) noexcept nogil
cdef double beats_to_return(Steering *s, const Lead *lead, const ChartState *chart, double line, double song_beat, double tick_beats, double *song_bar) noexcept nogil
