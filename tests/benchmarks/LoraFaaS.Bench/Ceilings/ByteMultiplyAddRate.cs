using Iced.Intel;
using LoraFaaS.Engine.Cpu.Assembling;
using static Iced.Intel.AssemblerRegisters;

namespace LoraFaaS.Bench.Ceilings;

/// <summary>The rate of vpdpbusd: 24 accumulators that nothing but arithmetic touches. Operations a second (a multiply-add of bytes is two). NaN without the instruction.</summary>
internal sealed unsafe record ByteMultiplyAddRate : IKernelForm
{
    private const int Rounds = 400_000;
    private const int Repeats = 7;
    private const int Accumulators = 24;

    private static readonly Lazy<KernelCode> Code = new(() => KernelCode.Assemble([new ByteMultiplyAddRate()]));

    private ByteMultiplyAddRate()
    {
    }

    public string Name => "byte multiply-add rate";

    public static double Measure(int threads)
    {
        if (!CpuFeatures.HasAvx512Vnni)
        {
            return double.NaN;
        }

        var run = (delegate* unmanaged<long, void>)Code.Value[new ByteMultiplyAddRate()];
        var seconds = Reports.Interleaved.Median(Enumerable.Range(0, Repeats).Select(_ => Lanes.Time(threads, _ => run(Rounds))).ToList());
        return 2.0 * Rounds * Accumulators * 64 * threads / seconds;
    }

    public void Write(Assembler assembler)
    {
        var a = assembler;
        var loop = a.CreateLabel();
        for (var i = 0; i < 32; i++)
        {
            a.vpxord(Zmm(i), Zmm(i), Zmm(i));
        }

        a.Label(ref loop);
        for (var i = 0; i < Accumulators; i++)
        {
            a.vpdpbusd(Zmm(i), Zmm(30), Zmm(31));
        }

        a.dec(rdi);
        a.jnz(loop);
        a.vzeroupper();
        a.ret();
    }

    private static AssemblerRegisterZMM Zmm(int number) => new(Register.ZMM0 + number);
}
