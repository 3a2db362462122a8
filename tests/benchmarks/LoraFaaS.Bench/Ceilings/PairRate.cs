using Iced.Intel;
using LoraFaaS.Engine.Cpu.Assembling;
using static Iced.Intel.AssemblerRegisters;

namespace LoraFaaS.Bench.Ceilings;

/// <summary>
/// The bf16 multiply-add rate: vdpbf16ps on 24 accumulators in registers that nothing else touches. Where the CPU has no such instruction,
/// bf16 is widened and multiplied in float32, and <see cref="MultiplyAddRate"/> is the ceiling. Operations a second (a pair is four).
/// </summary>
internal static unsafe class PairRate
{
    private const int Rounds = 400_000;
    private const int Pieces = 20;
    private const int Repeats = 7;
    private const int Accumulators = 24;
    private const int OperationsEach = 64;

    private static readonly Lazy<KernelCode> Code = new(() => KernelCode.Assemble([new Loop()]));

    public static string Name => CpuFeatures.HasAvx512BFloat16 ? "bf16 multiply-add" : "float32 FMA (bf16 widened to it)";

    public static double Measure(int threads)
    {
        if (!CpuFeatures.HasAvx512BFloat16)
        {
            return MultiplyAddRate.Measure(threads);
        }

        var seconds = Reports.Interleaved.Median(Enumerable.Range(0, Repeats).Select(_ => Lanes.Share(threads, Pieces * threads, _ => Run(Rounds / Pieces))).ToList());
        return (double)OperationsEach * Rounds * Accumulators * threads / seconds;
    }

    /// <summary>One thread's best of so many runs of half a millisecond.</summary>
    public static double Best(int runs)
    {
        const int Short = 100_000;
        return CpuFeatures.HasAvx512BFloat16
            ? (double)OperationsEach * Short * Accumulators / Enumerable.Range(0, runs).Min(_ => Lanes.Time(1, _ => Run(Short)))
            : MultiplyAddRate.Best(runs);
    }

    private static void Run(int rounds) => ((delegate* unmanaged<int, void>)Code.Value[new Loop()])(rounds);

    /// <summary>void(int rounds)</summary>
    private sealed record Loop : IKernelForm
    {
        public string Name => "bf16 rate";

        public void Write(Assembler assembler)
        {
            var a = assembler;
            var again = a.CreateLabel();
            for (var i = 0; i < 32; i++)
            {
                a.vpxord(Zmm(i), Zmm(i), Zmm(i));
            }

            a.Label(ref again);
            for (var i = 0; i < Accumulators; i++)
            {
                a.vdpbf16ps(Zmm(i), zmm30, zmm31);
            }

            a.dec(edi);
            a.jnz(again);
            a.vzeroupper();
            a.ret();
        }

        private static AssemblerRegisterZMM Zmm(int number) => new(Register.ZMM0 + number);
    }
}
