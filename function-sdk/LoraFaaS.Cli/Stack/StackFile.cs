namespace LoraFaaS.Cli.Stack;

/// <summary>A parsed stack.yml.</summary>
internal sealed record StackFile(Uri? Gateway, IReadOnlyList<StackFunction> Functions);
