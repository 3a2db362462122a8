using System.Runtime.InteropServices;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Cpu.Kernels.Int8;

/// <summary>
/// output[token][panel × 16 + row] = Σ over groups of (Σ over columns of level × level) × input scale × weight scale, where the inner sum is of
/// whole numbers and so exact, and the outer goes through the groups in order with fused multiply-add: every form gives the same bits.
/// Assembled kernels read it in place, so its layout is said here.
/// </summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct Int8Product
{
    public const int WeightsAt = 0;
    public const int PanelStrideAt = 8;
    public const int PanelsAt = 16;
    public const int GroupsAt = 20;
    public const int InputAt = 24;
    public const int InputStrideAt = 32;
    public const int OutputAt = 40;
    public const int OutputStrideAt = 48;
    public const int TokensAt = 56;
    public const int GroupLinesAt = 60;
    public const int FactorsAt = 64;

    /// <summary>Panels of <see cref="GroupLayout"/>.</summary>
    [FieldOffset(WeightsAt)]
    public byte* Weights;

    /// <summary>Bytes from a panel to the next.</summary>
    [FieldOffset(PanelStrideAt)]
    public nint PanelStride;

    [FieldOffset(PanelsAt)]
    public int Panels;

    [FieldOffset(GroupsAt)]
    public int Groups;

    /// <summary>The first token's levels, see <see cref="QuantizedRow"/>.</summary>
    [FieldOffset(InputAt)]
    public sbyte* Input;

    /// <summary>Bytes from a token's input to the next one's, and from its factors to the next one's.</summary>
    [FieldOffset(InputStrideAt)]
    public nint InputStride;

    [FieldOffset(OutputAt)]
    public float* Output;

    /// <summary>Elements from a token's output to the next one's.</summary>
    [FieldOffset(OutputStrideAt)]
    public nint OutputStride;

    [FieldOffset(TokensAt)]
    public int Tokens;

    [FieldOffset(GroupLinesAt)]
    public int GroupLines;

    /// <summary>The first token's factors.</summary>
    [FieldOffset(FactorsAt)]
    public GroupFactor* Factors;

    /// <summary>The same product moved on by panels and tokens.</summary>
    public readonly Int8Product At(int panel, int token)
    {
        var moved = this;
        moved.Weights += panel * PanelStride;
        moved.Input += token * InputStride;
        moved.Factors = (GroupFactor*)((byte*)Factors + token * InputStride);
        moved.Output += token * OutputStride + panel * PanelLayout.PanelRows;
        return moved;
    }
}
