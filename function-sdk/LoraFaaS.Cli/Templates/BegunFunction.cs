namespace LoraFaaS.Cli.Templates;

/// <summary>What <c>lorafaas new</c> made.</summary>
/// <param name="Folder">Absolute.</param>
/// <param name="Files">Relative to the folder.</param>
internal sealed record BegunFunction(string Name, string Folder, IReadOnlyList<string> Files);
