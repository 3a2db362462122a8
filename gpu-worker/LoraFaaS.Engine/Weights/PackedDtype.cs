namespace LoraFaaS.Engine.Weights;

/// <summary>Element types of packed weights. Numbers are part of the image format.</summary>
public enum PackedDtype
{
    BF16 = 1,
    F32 = 2,
}
