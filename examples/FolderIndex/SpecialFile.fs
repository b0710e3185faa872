/// Pipes, sockets and devices look like empty files to .NET, and opening a pipe blocks until somebody writes to it.
module FolderIndex.SpecialFile

open System
open System.Runtime.InteropServices

[<DllImport("libc", EntryPoint = "statx")>]
extern int private statx(int folder, string path, int flags, uint mask, byte[] result)

let private currentFolder = -100 // AT_FDCWD
let private doNotFollow = 0x100 // AT_SYMLINK_NOFOLLOW
let private typeOnly = 1u // STATX_TYPE
let private modeOffset = 28 // of stx_mode: the layout is the same on every processor
let private typeBits = 0xF000us
let private ordinary = 0x8000us

/// Whether the path is known to be neither an ordinary file, nor a folder or link. Only Linux is asked; elsewhere, and when in doubt, no.
let isSpecial (path: string) =
    try
        let result = Array.zeroCreate 256

        OperatingSystem.IsLinux()
        && statx (currentFolder, path, doNotFollow, typeOnly, result) = 0
        && (BitConverter.ToUInt16(result, modeOffset) &&& typeBits) <> ordinary
    with :? EntryPointNotFoundException ->
        false
