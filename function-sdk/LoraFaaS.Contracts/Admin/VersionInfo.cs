namespace LoraFaaS.Contracts.Admin;

/// <summary>A release and the commit it was built from; neither is ever empty (clients check).</summary>
public sealed record VersionInfo(string Release, string Sha);
