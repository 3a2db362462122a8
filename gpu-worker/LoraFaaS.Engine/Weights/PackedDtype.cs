namespace LoraFaaS.Engine.Weights;

/// <summary>Element types of packed weights. Numbers are part of the image format.</summary>
public enum PackedDtype
{
    BF16 = 1,
    F32 = 2,

    /// <summary>Levels of −127 to 127, with a float32 scale for each row's group of columns, see <see cref="GroupLayout"/>.</summary>
    I8 = 3,
}
