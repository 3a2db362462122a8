using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu.Assembling;
using LoraFaaS.Engine.Cpu.Kernels.Assembled;
using LoraFaaS.Engine.Cpu.Kernels.Tiles;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Cpu.Kernels;

/// <summary>
/// Multiplies bf16 weights with inputs rounded to bf16 by vdpbf16ps, in kernels assembled when the first is needed. Another arithmetic than the
/// sets that compute in float32, see decisions/0001-bf16-arithmetic.md; its plain form is <see cref="ScalarBFloat16Kernels"/>.
/// </summary>
internal sealed unsafe class Avx512BFloat16Kernels : Avx512Kernels
{
    private static readonly Lazy<KernelCode> Assembled = new(Assemble);

    private readonly AssembledTiling _pairs = new(Assembled.Value, new TileArithmetic.Pairs());
    private readonly AssembledTiling _widened = new(Assembled.Value, new TileArithmetic.Widened());

    public override string Name => "avx512-bf16";

    /// <summary>The set's code, assembled by now.</summary>
    public static KernelCode Code => Assembled.Value;

    public static KernelCode Assemble() =>
        KernelCode.Assemble([.. AssembledTiling.Forms(new TileArithmetic.Pairs()), .. AssembledTiling.Forms(new TileArithmetic.Widened())]);

    public override ActivationType InputFor(PackedDtype weights) => weights is PackedDtype.BF16 or PackedDtype.I8 ? ActivationType.BF16 : ActivationType.F32;

    public override void Multiply(PackedDtype weights, ActivationType input, in TileArguments product)
    {
        if (input is ActivationType.F32)
        {
            base.Multiply(weights, input, product);
        }
        else
        {
            (weights is PackedDtype.BF16 ? _pairs : _widened).Run(product);
        }
    }
}
