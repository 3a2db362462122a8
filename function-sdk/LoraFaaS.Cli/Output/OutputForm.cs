namespace LoraFaaS.Cli.Output;

/// <summary>How a verb's result is written.</summary>
internal enum OutputForm
{
    /// <summary>For people.</summary>
    Table,

    /// <summary>What a script goes on with: names, ids, digests; one a line.</summary>
    Names,

    /// <summary>Everything, for programs.</summary>
    Json,
}
