namespace LoraFaaS.Checkpoints.Safetensors;

/// <summary>Element types that the format names. Only <see cref="BF16"/>, <see cref="F16"/> and <see cref="F32"/> can be weights here; the rest are read so that they can be named when refused.</summary>
public enum TensorType
{
    Bool,
    U8,
    I8,
    F8E5M2,
    F8E4M3,
    F8E8M0,
    I16,
    U16,
    F16,
    BF16,
    I32,
    U32,
    F32,
    I64,
    U64,
    F64,
    C64,
}
