#!/bin/sh
# Boots a Debian of its own out of this one, by namespaces: its files are this machine's with a layer
# of its own on top, its systemd is real, its network is its own loopback. Nothing outlives it.
#
#   unshare --kill-child --mount --pid --fork --uts --ipc --cgroup tests/deploy/bare_host.sh FOLDER
#
# First runs FOLDER/before on the layered files with this machine's network; then boots.
set -eu
folder=$1
mount -t tmpfs tmpfs "$folder/layer"
mkdir "$folder/layer/up" "$folder/layer/work"
mount -t overlay overlay \
    -o "lowerdir=/,upperdir=$folder/layer/up,workdir=$folder/layer/work" "$folder/root"
mkdir -p "$folder/root/srv/rejoinder"
mount --bind "$folder/root" "$folder/root"
cp -a "$folder/code/." "$folder/root/srv/rejoinder/"
cp "$folder/before" "$folder/root/before"
cd "$folder/root"
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys  # its systemd sets nothing of this machine's kernel
mount -t sysfs -o ro sysfs sys
mount --rbind /sys/fs/cgroup sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do
    touch "dev/$device"
    mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/pts dev/shm old
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
pivot_root . old
cd /
umount -l /old
rmdir /old
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
sh -eu /before
# From here on nothing it does leaves it.
exec unshare --net sh -c '
    ip link set lo up
    exec env -i container=other PATH="$PATH" /lib/systemd/systemd --unit=basic.target'
