namespace LoraFaaS.Contracts.Admin;

/// <summary>A key and its text. The text is in this answer and nowhere else: only its hash is kept.</summary>
public sealed record ApiKeyIssued(ApiKeyInfo Key, string Text);
