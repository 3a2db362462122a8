namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>
/// output[token][panel × 16 + row] (+)= Σ over lines of weight × input[token]. One accumulator an element, in column order,
/// with fused multiply-add: every form gives the same bits.
/// </summary>
internal unsafe struct TileArguments
{
    public const int LineBytes = 64;

    public byte* Weights;

    /// <summary>Bytes from a panel to the next.</summary>
    public nint PanelStride;

    public int Panels;

    public int Lines;

    public float* Input;

    /// <summary>Bytes from a token's input to the next one's.</summary>
    public nint InputStride;

    public int Tokens;

    public float* Output;

    /// <summary>Elements from a token's output to the next one's.</summary>
    public nint OutputStride;

    /// <summary>Go on from what the output holds, instead of from zero.</summary>
    public bool Accumulate;

    /// <summary>The same product moved on by panels and tokens.</summary>
    public readonly TileArguments At(int panel, int token)
    {
        var moved = this;
        moved.Weights += panel * PanelStride;
        moved.Input = (float*)((byte*)Input + token * InputStride);
        moved.Output += token * OutputStride + panel * 16;
        return moved;
    }
}
