using System.Runtime.InteropServices;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>
/// output[token][panel × 16 + row] (+)= Σ over lines of weight × input[token]. One accumulator an element, in column order,
/// with fused multiply-add: every form gives the same bits. Assembled kernels read it in place, so its layout is said here.
/// </summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct TileArguments
{
    public const int LineBytes = 64;

    public const int WeightsAt = 0;
    public const int PanelStrideAt = 8;
    public const int PanelsAt = 16;
    public const int LinesAt = 20;
    public const int InputAt = 24;
    public const int InputStrideAt = 32;
    public const int OutputAt = 40;
    public const int OutputStrideAt = 48;
    public const int TokensAt = 56;
    public const int AccumulateAt = 60;

    [FieldOffset(WeightsAt)]
    public byte* Weights;

    /// <summary>Bytes from a panel to the next.</summary>
    [FieldOffset(PanelStrideAt)]
    public nint PanelStride;

    [FieldOffset(PanelsAt)]
    public int Panels;

    [FieldOffset(LinesAt)]
    public int Lines;

    /// <summary>float32, or what <see cref="CpuKernels.InputFor"/> says.</summary>
    [FieldOffset(InputAt)]
    public void* Input;

    /// <summary>Bytes from a token's input to the next one's.</summary>
    [FieldOffset(InputStrideAt)]
    public nint InputStride;

    [FieldOffset(OutputAt)]
    public float* Output;

    /// <summary>Elements from a token's output to the next one's.</summary>
    [FieldOffset(OutputStrideAt)]
    public nint OutputStride;

    [FieldOffset(TokensAt)]
    public int Tokens;

    /// <summary>Go on from what the output holds, instead of from zero.</summary>
    [FieldOffset(AccumulateAt)]
    public bool Accumulate;

    /// <summary>The same product moved on by panels and tokens.</summary>
    public readonly TileArguments At(int panel, int token)
    {
        var moved = this;
        moved.Weights += panel * PanelStride;
        moved.Input = (byte*)Input + token * InputStride;
        moved.Output += token * OutputStride + panel * 16;
        return moved;
    }
}
