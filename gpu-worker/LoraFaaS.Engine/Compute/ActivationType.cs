namespace LoraFaaS.Engine.Compute;

/// <summary>How the elements of an activation matrix are kept. Rows are <see cref="Activations.Stride"/> floats apart either way.</summary>
public enum ActivationType
{
    F32 = 0,

    /// <summary>Rounded to bf16, a pair of columns in four bytes: what a kernel that multiplies pairs takes.</summary>
    BF16 = 1,
}
