namespace LoraFaaS.ControlPlane.Ports;

/// <summary>One text that is accepted for a key: its SHA-256 in lower-case hexadecimal, never the text. Null: as long as the key itself.</summary>
public sealed record ApiKeySecret(string Hash, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);
