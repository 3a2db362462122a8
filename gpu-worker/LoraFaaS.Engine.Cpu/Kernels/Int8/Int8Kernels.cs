using System.Diagnostics;
using System.Runtime.CompilerServices;
using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Cpu.Kernels.Int8;

/// <summary>
/// Products with int8 weights. Inputs are quantised row by row and group by group, so that a row's result is its own whatever stands beside
/// it; sums of whole numbers are exact. Every form gives the same bits as <see cref="ScalarInt8Kernels"/>.
/// </summary>
internal abstract unsafe class Int8Kernels
{
    /// <summary>The largest group there is, see <see cref="GroupLayout.IsGroup"/>.</summary>
    private const int MaxGroup = 128;

    public abstract string Name { get; }

    /// <summary>The fastest form this CPU runs, or the one that belongs to the form asked for.</summary>
    public static Int8Kernels Choose(KernelChoice choice) => Int8Features.Here.FormFor(choice) switch
    {
        Int8Form.Scalar => new ScalarInt8Kernels(),
        Int8Form.Avx2 => new Avx2Int8Kernels(),
        Int8Form.AvxVnni => new AvxVnniInt8Kernels(),
        Int8Form.Avx512 => new Avx512Int8Kernels(),
        Int8Form.Avx512Vnni => new VnniInt8Kernels(),
        _ => throw new UnreachableException(),
    };

    public abstract void Multiply(in Int8Product product);

    /// <summary>Levels of the row and, for each group, its scale and <see cref="GroupFactor.Start"/>. A group of zeros has the scale 0.</summary>
    /// <param name="type">What the row's elements are.</param>
    [SkipLocalsInit]
    public void Quantize(void* row, ActivationType type, QuantizedRow layout, sbyte* levels)
    {
        var factors = (GroupFactor*)(levels + layout.FactorsAt);
        var wide = stackalloc float[MaxGroup];
        for (var first = 0; first < layout.Columns; first += layout.Group)
        {
            var count = Math.Min(layout.Group, layout.Columns - first);
            var values = (float*)row + first;
            if (type is ActivationType.BF16)
            {
                Widen((ushort*)row + first, count, wide);
                values = wide;
            }

            factors[first / layout.Group] = QuantizeGroup(values, count, levels + first);
            new Span<sbyte>(levels + first + count, layout.Group - count).Clear();
        }
    }

    protected virtual void Widen(ushort* values, int count, float* wide)
    {
        for (var i = 0; i < count; i++)
        {
            wide[i] = BFloat16Bits.Widen(values[i]);
        }
    }

    protected virtual GroupFactor QuantizeGroup(float* values, int count, sbyte* levels)
    {
        var largest = 0f;
        for (var i = 0; i < count; i++)
        {
            largest = MathF.Max(largest, MathF.Abs(values[i]));
        }

        var factor = FactorOf(largest);
        var sum = 0;
        for (var i = 0; i < count; i++)
        {
            levels[i] = Level(values[i] * factor);
            sum += levels[i];
        }

        return new GroupFactor { Scale = largest / GroupLayout.MaxLevel, Start = -GroupLayout.ZeroByte * sum };
    }

    /// <summary>0 where the scale is none, or where what is to be scaled is no number: the scale then carries it to the output.</summary>
    protected static float FactorOf(float largest) => largest / GroupLayout.MaxLevel > 0 && float.IsFinite(largest) ? GroupLayout.MaxLevel / largest : 0;

    private static sbyte Level(float value) => float.IsFinite(value) ? (sbyte)MathF.Round(value) : (sbyte)0;
}
