namespace LoraFaaS.Linux.Cgroups;

/// <summary>Where this process stands in one hierarchy: below this folder it may try to make groups.</summary>
/// <param name="Folder">The group this process is in, as a folder.</param>
/// <param name="IsUnified">cgroup v2: one tree for all controllers.</param>
/// <param name="Controllers">What the hierarchy controls; for v2 what it offers here.</param>
public sealed record CgroupPlace(string Folder, bool IsUnified, IReadOnlyList<CgroupController> Controllers);
