using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Cpu.Kernels.Int8;

/// <summary>How a row of inputs lies once it is quantised: its levels, the last group filled up with zeros, then a factor a group.</summary>
internal readonly record struct QuantizedRow(int Columns, int Group)
{
    public int Groups => GroupLayout.Groups(Columns, Group);

    /// <summary>Where the factors begin.</summary>
    public int FactorsAt => Groups * Group;

    /// <summary>Bytes from a row to the next: whole cache lines, and never a whole page, so that rows do not share the sets of a first-level cache.</summary>
    public int Stride => (FactorsAt + Groups * 8 + 63) / 64 * 64 + 64;
}
