namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>The 16 rows of a panel in registers: a line's weights, or one token's outputs. A type for each width of register.</summary>
/// <remarks>Struct parameters all the way up, so that the JIT compiles a tile a type, with every field of it in a register.</remarks>
internal unsafe interface IRows<TSelf>
    where TSelf : struct, IRows<TSelf>
{
    /// <summary>16 float32, at <paramref name="at"/>.</summary>
    static abstract TSelf Load(float* at);

    /// <summary>The first column of a line of bf16 pairs, widened.</summary>
    static abstract TSelf LoadEven(byte* line);

    /// <summary>The second one.</summary>
    static abstract TSelf LoadOdd(byte* line);

    void Store(float* at);

    /// <summary>this += weights × input, fused. The one number is read here, and not by the caller, so that the instruction can read it itself.</summary>
    void Add(TSelf weights, float* input);
}
