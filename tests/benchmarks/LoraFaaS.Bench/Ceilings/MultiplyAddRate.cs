using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoraFaaS.Bench.Ceilings;

/// <summary>
/// The float32 fused multiply-add rate: 24 accumulators that nothing but arithmetic touches. Where the CPU has no bf16 arithmetic this is
/// the bf16 peak as well, since widening bf16 to float32 and multiplying there is then the best path there is; it leaves out what the
/// widening costs, so it flatters nobody. Operations a second (a fused multiply-add is two).
/// </summary>
internal static class MultiplyAddRate
{
    private const int Rounds = 400_000;
    private const int Pieces = 20;
    private const int Repeats = 7;
    private const int Accumulators = 24;

    private static float _sink;

    public static double Measure(int threads)
    {
        // The median of several short runs: one run as long as a scheduler's turn would measure the neighbours.
        var seconds = Reports.Interleaved.Median(Enumerable.Range(0, Repeats).Select(_ => Lanes.Share(threads, Pieces * threads, _ => _sink = Run(Rounds / Pieces))).ToList());
        return 2.0 * Rounds * Accumulators * Vector512<float>.Count * threads / seconds;
    }

    /// <summary>One thread's best of so many runs of half a millisecond, as <see cref="Inference.PanelProduct"/> counts.</summary>
    public static double Best(int runs)
    {
        const int Short = 100_000;
        var best = Enumerable.Range(0, runs).Min(_ => Lanes.Time(1, _ => _sink = Run(Short)));
        return 2.0 * Short * Accumulators * Vector512<float>.Count / best;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Run(int rounds)
    {
        var x = Vector512.Create(0.999f);
        var y = Vector512.Create(0.001f);
        var a0 = Vector512.Create(0f);
        var a1 = Vector512.Create(1f);
        var a2 = Vector512.Create(2f);
        var a3 = Vector512.Create(3f);
        var a4 = Vector512.Create(4f);
        var a5 = Vector512.Create(5f);
        var a6 = Vector512.Create(6f);
        var a7 = Vector512.Create(7f);
        var a8 = Vector512.Create(8f);
        var a9 = Vector512.Create(9f);
        var a10 = Vector512.Create(10f);
        var a11 = Vector512.Create(11f);
        var a12 = Vector512.Create(12f);
        var a13 = Vector512.Create(13f);
        var a14 = Vector512.Create(14f);
        var a15 = Vector512.Create(15f);
        var a16 = Vector512.Create(16f);
        var a17 = Vector512.Create(17f);
        var a18 = Vector512.Create(18f);
        var a19 = Vector512.Create(19f);
        var a20 = Vector512.Create(20f);
        var a21 = Vector512.Create(21f);
        var a22 = Vector512.Create(22f);
        var a23 = Vector512.Create(23f);
        for (var i = 0; i < rounds; i++)
        {
            a0 = Vector512.FusedMultiplyAdd(a0, x, y);
            a1 = Vector512.FusedMultiplyAdd(a1, x, y);
            a2 = Vector512.FusedMultiplyAdd(a2, x, y);
            a3 = Vector512.FusedMultiplyAdd(a3, x, y);
            a4 = Vector512.FusedMultiplyAdd(a4, x, y);
            a5 = Vector512.FusedMultiplyAdd(a5, x, y);
            a6 = Vector512.FusedMultiplyAdd(a6, x, y);
            a7 = Vector512.FusedMultiplyAdd(a7, x, y);
            a8 = Vector512.FusedMultiplyAdd(a8, x, y);
            a9 = Vector512.FusedMultiplyAdd(a9, x, y);
            a10 = Vector512.FusedMultiplyAdd(a10, x, y);
            a11 = Vector512.FusedMultiplyAdd(a11, x, y);
            a12 = Vector512.FusedMultiplyAdd(a12, x, y);
            a13 = Vector512.FusedMultiplyAdd(a13, x, y);
            a14 = Vector512.FusedMultiplyAdd(a14, x, y);
            a15 = Vector512.FusedMultiplyAdd(a15, x, y);
            a16 = Vector512.FusedMultiplyAdd(a16, x, y);
            a17 = Vector512.FusedMultiplyAdd(a17, x, y);
            a18 = Vector512.FusedMultiplyAdd(a18, x, y);
            a19 = Vector512.FusedMultiplyAdd(a19, x, y);
            a20 = Vector512.FusedMultiplyAdd(a20, x, y);
            a21 = Vector512.FusedMultiplyAdd(a21, x, y);
            a22 = Vector512.FusedMultiplyAdd(a22, x, y);
            a23 = Vector512.FusedMultiplyAdd(a23, x, y);
        }

        return Vector512.Sum(a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11 + a12 + a13 + a14 + a15 + a16 + a17 + a18 + a19 + a20 + a21 + a22 + a23);
    }
}
