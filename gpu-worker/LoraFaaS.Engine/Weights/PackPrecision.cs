namespace LoraFaaS.Engine.Weights;

/// <summary>What becomes of weights that are not bf16 on disk.</summary>
public enum PackPrecision
{
    /// <summary>bf16 stays bf16; f16 and f32 become float32, which holds both exactly.</summary>
    Exact = 0,

    /// <summary>Everything becomes bf16, rounded to nearest even: half the bytes, and an error of up to 2⁻⁹ of each weight.</summary>
    BF16 = 1,
}
