namespace LoraFaaS.Console.Deploying;

/// <summary>One setting: its name on the wire, the words beside it, an example, and its values where there are few.</summary>
internal sealed record FormField(string Wire, string Words, string Example, bool IsLabel, IReadOnlyList<string>? Choices = null);
