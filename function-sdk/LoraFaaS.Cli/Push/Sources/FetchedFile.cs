namespace LoraFaaS.Cli.Push.Sources;

/// <summary>What a download wrote.</summary>
/// <param name="Bytes">Its length.</param>
/// <param name="Commit">The version of the repository that it came from, where the server says it.</param>
internal sealed record FetchedFile(long Bytes, string? Commit);
