namespace LoraFaaS.Functions;

/// <summary>Why an answer ended.</summary>
public enum GenerationEnd
{
    /// <summary>The adapter was done, or a stop text came.</summary>
    Stop = 0,

    /// <summary>As many tokens as were allowed.</summary>
    Length = 1,
}
