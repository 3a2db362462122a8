namespace LoraFaaS.Engine.Weights;

/// <summary>What becomes of a checkpoint's weights when they are packed.</summary>
public enum PackPrecision
{
    /// <summary>bf16 stays bf16; f16 and f32 become float32, which holds both exactly.</summary>
    Exact = 0,

    /// <summary>Everything becomes bf16, rounded to nearest even: half the bytes, and an error of up to 2⁻⁹ of each weight.</summary>
    BF16 = 1,

    /// <summary>
    /// Every matrix that is multiplied becomes int8 in groups: about half of bf16's bytes, and an error of up to 1/254 of the largest weight of a
    /// group. Norms, biases and a table that is only looked up in stay as with <see cref="Exact"/>.
    /// </summary>
    I8 = 2,
}
