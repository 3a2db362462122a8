namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>What a 64-byte line of a panel holds. A struct parameter, so that the JIT compiles one tile a type and drops the other's branch.</summary>
internal interface IWeightLine
{
    /// <summary>A pair of bf16 columns, or one float32 column.</summary>
    static abstract bool IsPair { get; }

    /// <summary>Bytes of input that a line meets.</summary>
    static abstract nint InputBytes { get; }
}
