namespace LoraFaaS.Checkpoints.Templates.Execution;

/// <summary>Why a rendering ended early.</summary>
internal enum RenderFault
{
    /// <summary>The template itself refused its input.</summary>
    Raised,

    /// <summary>An operation that has no meaning (a number plus a list, a look into nothing).</summary>
    Wrong,

    /// <summary>Past a bound of <see cref="Work"/>.</summary>
    TooMuch,
}
