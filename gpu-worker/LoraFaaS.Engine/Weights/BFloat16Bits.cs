namespace LoraFaaS.Engine.Weights;

/// <summary>bf16 as bits: the upper half of a float32.</summary>
public static class BFloat16Bits
{
    public static float Widen(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>Nearest, ties to even. NaN stays NaN.</summary>
    public static ushort Round(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
        {
            return (ushort)(bits >> 16 | 0x40);
        }

        return (ushort)(bits + 0x7FFF + (bits >> 16 & 1) >> 16);
    }
}
