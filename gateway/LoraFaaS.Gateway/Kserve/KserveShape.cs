namespace LoraFaaS.Gateway.Kserve;

/// <summary>What a path of a model answers with.</summary>
internal enum KserveShape
{
    /// <summary><c>/generate</c>.</summary>
    Whole = 0,

    /// <summary><c>/generate_stream</c>.</summary>
    Stream = 1,

    /// <summary><c>/infer</c>: tensors in, tensors out.</summary>
    Tensors = 2,
}
