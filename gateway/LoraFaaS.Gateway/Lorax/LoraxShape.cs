namespace LoraFaaS.Gateway.Lorax;

/// <summary>What a path of LoRAX's answers with.</summary>
internal enum LoraxShape
{
    /// <summary><c>/generate</c>.</summary>
    Whole = 0,

    /// <summary><c>/generate_stream</c>.</summary>
    Stream = 1,

    /// <summary><c>/</c>: the body's <c>stream</c> says.</summary>
    Either = 2,
}
