using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu.Assembling;
using LoraFaaS.Engine.Cpu.Kernels.Tiles;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Cpu.Kernels;

/// <summary>
/// The arithmetic of a forward pass on plain memory. Each form gives the same bits as its scalar twin: sums have a fixed order (16 lanes, then
/// a fixed tree), products are fused where and only where the scalar form fuses them. <see cref="ScalarKernels"/> is the twin of the sets
/// that compute in float32, <see cref="ScalarBFloat16Kernels"/> that of those that multiply pairs of bf16.
/// </summary>
internal abstract unsafe class CpuKernels
{
    /// <summary>Lanes that a reduction keeps apart before it adds them up.</summary>
    public const int Lanes = 16;

    /// <summary>Below this exp is taken as zero: the result would be subnormal.</summary>
    protected const float ExpLow = -87.33654f;
    protected const float ExpHigh = 88.37626f;
    protected const float Log2E = 1.44269504f;
    protected const float Ln2High = 0.693359375f;
    protected const float Ln2Low = -2.12194440e-4f;

    /// <summary>Cephes' expf polynomial on [-ln 2 / 2, ln 2 / 2], highest power first: within 2 units in the last place.</summary>
    protected const float Exp0 = 1.9875691500e-4f;
    protected const float Exp1 = 1.3981999507e-3f;
    protected const float Exp2 = 8.3334519073e-3f;
    protected const float Exp3 = 4.1665795894e-2f;
    protected const float Exp4 = 1.6666665459e-1f;
    protected const float Exp5 = 5.0000001201e-1f;

    public abstract string Name { get; }

    /// <summary>The fastest form this CPU runs, or the one asked for. Where kernels are assembled, they are by the time this returns.</summary>
    /// <exception cref="PlatformNotSupportedException">The form asked for needs instructions this CPU lacks.</exception>
    public static CpuKernels Choose(KernelChoice choice) => Resolve(choice) switch
    {
        KernelChoice.Scalar => new ScalarKernels(),
        KernelChoice.Avx2 => new Avx2Kernels(),
        KernelChoice.Avx512 => new Avx512Kernels(),
        KernelChoice.Avx512BF16 => new Avx512BFloat16Kernels(),
        KernelChoice.ScalarBF16 => new ScalarBFloat16Kernels(),
        _ => throw new UnreachableException(),
    };

    /// <summary>What a choice comes to on this CPU: never <see cref="KernelChoice.Auto"/> or <see cref="KernelChoice.Exact"/>.</summary>
    /// <exception cref="PlatformNotSupportedException">The form asked for needs instructions this CPU lacks.</exception>
    public static KernelChoice Resolve(KernelChoice choice)
    {
        var avx2 = Avx2.IsSupported && Fma.IsSupported;
        var avx512 = avx2 && Avx512F.IsSupported;
        var bf16 = avx512 && CpuFeatures.HasAvx512BFloat16;

        return choice switch
        {
            KernelChoice.Auto when bf16 => KernelChoice.Avx512BF16,
            KernelChoice.Auto or KernelChoice.Exact when avx512 => KernelChoice.Avx512,
            KernelChoice.Auto or KernelChoice.Exact when avx2 => KernelChoice.Avx2,
            KernelChoice.Auto or KernelChoice.Exact => KernelChoice.Scalar,
            KernelChoice.Scalar or KernelChoice.ScalarBF16 => choice,
            KernelChoice.Avx2 when avx2 => choice,
            KernelChoice.Avx512 when avx512 => choice,
            KernelChoice.Avx512BF16 when bf16 => choice,
            _ => throw new PlatformNotSupportedException($"This CPU lacks the instructions of the {KernelNames.Of(choice)} kernels."),
        };
    }

    /// <summary>
    /// What the inputs of a product with such weights are to be for this set's fastest product. float32 is taken by every set, with every
    /// kind of weights; what else a set names here it takes for every kind of weights as well.
    /// </summary>
    public virtual ActivationType InputFor(PackedDtype weights) => ActivationType.F32;

    /// <summary>The panel product of <see cref="TileArguments"/>, any number of panels and tokens.</summary>
    public abstract void Multiply(PackedDtype weights, ActivationType input, in TileArguments product);

    /// <summary>Rounds a row to bf16. The target may be the row itself: it is written behind where it is read.</summary>
    public virtual void Pack(float* row, int columns, ushort* packed)
    {
        for (var i = 0; i < columns; i++)
        {
            packed[i] = BFloat16Bits.Round(row[i]);
        }
    }

    /// <summary>output = weight × (input / √(mean square + epsilon)).</summary>
    public abstract void Normalize(float* input, float* weight, int count, float epsilon, float* output);

    /// <summary>target += source.</summary>
    public abstract void Add(float* target, float* source, int count);

    /// <summary>target ×= factors, element by element.</summary>
    public abstract void Scale(float* target, float* factors, int count);

    /// <summary>output = silu(gate) × up.</summary>
    public abstract void GatedUnit(float* gate, float* up, int count, float* output);

    /// <summary>Rotates a head in two halves: [a, b] → [a cos − b sin, b cos + a sin].</summary>
    public abstract void Rotate(float* head, float* cos, float* sin, int half);

    /// <summary>
    /// One block of 16 scores of one query, the online-softmax way: scales them, forgets all from <paramref name="visible"/> on,
    /// turns them into weights relative to the running maximum, and rescales what was summed before.
    /// </summary>
    public abstract void SoftmaxBlock(float* scores, int visible, float scale, ref float maximum, ref float sum, float* output, int outputCount);

    /// <summary>target ÷= divisor.</summary>
    public abstract void Divide(float* target, float divisor, int count);
}
