namespace LoraFaaS.Worker.Isolation;

/// <summary>What becomes of an attempt to open a file.</summary>
internal enum OpeningAnswer
{
    /// <summary>It lies where the process may read.</summary>
    LetThrough,

    /// <summary>It lies outside: the kernel will refuse it, and it is written down.</summary>
    LetTheRulesRefuse,

    /// <summary>Refused here and written down.</summary>
    Refuse,

    /// <summary>Refused here; everyday and harmless.</summary>
    RefuseQuietly,
}
